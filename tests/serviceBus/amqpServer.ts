import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import rhea from 'rhea';

type EventContext = import('rhea').EventContext;
type Delivery = import('rhea').Delivery;
type Receiver = import('rhea').Receiver;

/** A message as the broker keeps it. */
export type Stored = {
  readonly messageId: string;
  readonly correlationId: string | undefined;
  readonly contentType: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What happens to one transfer, instead of being stored and accepted. */
export type Fault =
  /** The connection breaks before anything is stored. */
  | { readonly kind: 'cutBefore' }
  /** Everything is stored, and the connection breaks before the sender is told. */
  | { readonly kind: 'cutAfter' }
  /** The link is detached by force, as the broker does when it moves a queue; nothing is stored. */
  | { readonly kind: 'detach' }
  | { readonly kind: 'reject'; readonly condition: string }
  /** Stored, and never answered. */
  | { readonly kind: 'silence' }
  /** Stored, and answered after a while. */
  | { readonly kind: 'delay'; readonly ms: number };

export type AmqpServer = {
  readonly port: number;
  /** As an emulator gives it. */
  readonly connectionString: string;
  /** What each queue holds, in the order of arrival; duplicates are dropped by message id. */
  readonly queues: ReadonlyMap<string, Stored[]>;
  /** Faults to come, one a transfer, in order. */
  readonly faults: Fault[];
  /** Sizes of the transfers that came, in bytes. */
  readonly transferBytes: number[];
  /** How many messages were dropped as duplicates. */
  duplicates(): number;
  /** Breaks all connections. */
  cut(): void;
  /** From now on connections stay open and nothing is read or answered, until it is thawed. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

const batchFormat = 0x80013700;

/** A small broker that speaks AMQP 1.0 as Service Bus does to those who send. */
export async function startAmqpServer({
  queueNames = ['timeframes', 'trades'],
  messageBytesMax = 262_144,
  port = 0,
}: {
  readonly queueNames?: readonly string[];
  readonly messageBytesMax?: number;
  readonly port?: number;
} = {}): Promise<AmqpServer> {
  const queues = new Map(queueNames.map((name): [string, Stored[]] => [name, []]));
  const faults: Fault[] = [];
  const transferBytes: number[] = [];
  const sockets = new Set<Socket>();
  let duplicates = 0;
  let isFrozen = false;

  function store(queue: string, messages: readonly Stored[]): void {
    const stored = queues.get(queue) ?? [];
    for (const message of messages) {
      if (stored.some(({ messageId }) => messageId === message.messageId)) duplicates += 1;
      else stored.push(message);
    }
  }

  const container = rhea.create_container({ non_fatal_errors: [] });
  container.sasl_server_mechanisms.enable_anonymous();
  const claims = serveClaims(container);
  container.on('receiver_open', ({ receiver }: { receiver: Receiver }) => {
    const { address } = receiver.target;
    if (address === '$cbs' || queues.has(address)) return;
    receiver.close({ condition: 'amqp:not-found', description: `no entity ${address}` });
  });
  container.on('message', (context: EventContext) => {
    const { receiver, delivery, message } = context;
    if (receiver === undefined || delivery === undefined || message === undefined) return;
    if (receiver.target.address === '$cbs') {
      claims(context);
      return;
    }
    const messages = messagesOf(delivery, message);
    transferBytes.push(delivery.format === batchFormat ? Buffer.from(message as never).length : 0);
    const fault = faults.shift();
    const isStored = fault === undefined || !['cutBefore', 'detach', 'reject'].includes(fault.kind);
    if (isStored) store(receiver.target.address, messages);
    answer(delivery, receiver, fault, cut);
  });
  container.on('disconnected', () => undefined);
  container.on('connection_error', () => undefined);
  container.on('protocol_error', () => undefined);
  container.on('error', () => undefined);

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  const server = container.listen({
    host: '127.0.0.1',
    port,
    receiver_options: {
      autoaccept: false,
      credit_window: 100,
      max_message_size: messageBytesMax,
    } as never,
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    if (isFrozen) socket.pause();
  });
  await once(server, 'listening');
  const listening = (server.address() as AddressInfo).port;

  return {
    port: listening,
    connectionString: `Endpoint=sb://localhost:${listening};SharedAccessKeyName=key;SharedAccessKey=of-an-emulator;UseDevelopmentEmulator=true;`,
    queues,
    faults,
    transferBytes,
    duplicates: () => duplicates,
    cut,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      if (!server.listening) return;
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers every request for a token with consent. */
function serveClaims(container: ReturnType<typeof rhea.create_container>) {
  const replies = new Map<string, import('rhea').Sender>();
  container.on('sender_open', ({ sender }: { sender: import('rhea').Sender }) => {
    replies.set(sender.name, sender);
  });
  return ({ message, delivery }: EventContext): void => {
    delivery?.accept();
    replies.get(String(message?.reply_to))?.send({
      correlation_id: message?.message_id,
      application_properties: { 'status-code': 202, 'status-description': 'Accepted' },
      body: '',
    } as never);
  };
}

function answer(
  delivery: Delivery,
  receiver: Receiver,
  fault: Fault | undefined,
  cut: () => void,
): void {
  switch (fault?.kind) {
    case undefined:
      delivery.accept();
      return;
    case 'cutBefore':
    case 'cutAfter':
      cut();
      return;
    case 'detach':
      receiver.close({ condition: 'amqp:link:detach-forced', description: 'the queue moves' });
      return;
    case 'reject':
      delivery.reject({ condition: fault.condition, description: 'rejected by the test' });
      return;
    case 'silence':
      return;
    case 'delay':
      setTimeout(() => delivery.accept(), fault.ms);
  }
}

function messagesOf(delivery: Delivery, message: unknown): readonly Stored[] {
  if (delivery.format !== batchFormat) return [storedOf(message)];
  const { body } = rhea.message.decode(message as Buffer);
  const sections: readonly Buffer[] = body.multiple ? body.content : [body.content];
  return sections.map((section) => storedOf(rhea.message.decode(section)));
}

function storedOf(message: unknown): Stored {
  const fields = message as Record<string, never> & { readonly body: { readonly content: Buffer } };
  return {
    messageId: String(fields['message_id']),
    correlationId: fields['correlation_id'],
    contentType: fields['content_type'],
    properties: fields['application_properties'] ?? {},
    body: fields.body.content.toString('utf8'),
  };
}
