import type { GridId } from '../../shared/domain/ids.ts';
import { request } from './attempt.ts';
import type { World } from './world.ts';

/** An operator changes settings: now and then only if they still are as it read them. */
export async function changeSettings(world: World, gridId: GridId, body: object): Promise<void> {
  const path = `/grids/${gridId}`;
  const isCareful = world.chance.hits(0.4);
  const read = isCareful && (await world.clients.ask(world.one().ports, { method: 'GET', path }));
  const ifMatch = read ? read.headers['etag'] : undefined;
  await request(world, { method: 'PATCH', path, body, ifMatch });
}
