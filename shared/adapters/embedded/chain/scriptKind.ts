import { hex } from './bytes.ts';

/** What pays to whom: the kinds that nodes relay, `unknownWitness` of later versions among them. */
export type ScriptKind =
  | 'p2pk'
  | 'p2pkh'
  | 'p2sh'
  | 'p2wpkh'
  | 'p2wsh'
  | 'p2tr'
  | 'anchor'
  | 'multisig'
  | 'data'
  | 'unknownWitness'
  | 'nonstandard';

const op = {
  push75: 0x4b,
  pushData1: 0x4c,
  pushData2: 0x4d,
  pushData4: 0x4e,
  one: 0x51,
  sixteen: 0x60,
  return: 0x6a,
  checkSig: 0xac,
  checkSigVerify: 0xad,
  checkMultisig: 0xae,
  checkMultisigVerify: 0xaf,
} as const;

const fixed: readonly (readonly [RegExp, ScriptKind])[] = [
  [/^76a914.{40}88ac$/, 'p2pkh'],
  [/^a914.{40}87$/, 'p2sh'],
  [/^0014.{40}$/, 'p2wpkh'],
  [/^0020.{64}$/, 'p2wsh'],
  [/^5120.{64}$/, 'p2tr'],
  [/^51024e73$/, 'anchor'],
  [/^210[23].{64}ac$/, 'p2pk'],
  [/^410[467].{128}ac$/, 'p2pk'],
];

/** The kind of an output script, as Bitcoin Core's Solver and IsStandard tell it. */
export function scriptKindOf(script: Uint8Array): ScriptKind {
  const text = hex(script.subarray(0, scriptBytesShown));
  if (script.length < scriptBytesShown) {
    for (const [pattern, kind] of fixed) if (pattern.test(text)) return kind;
  }
  if (isWitnessProgram(script)) return script[0] === 0 ? 'nonstandard' : 'unknownWitness';
  if (script[0] === op.return) return isPushOnly(script.subarray(1)) ? 'data' : 'nonstandard';
  return isMultisig(script) ? 'multisig' : 'nonstandard';
}

/** More than the longest of the fixed kinds. */
const scriptBytesShown = 100;

/** Can nothing ever spend it? Such outputs are no coins. */
export function isUnspendable(script: Uint8Array): boolean {
  return script[0] === op.return || script.length > scriptBytesMax;
}

const scriptBytesMax = 10_000;

/** BIP141: a version and a program of 2 to 40 bytes. */
export function isWitnessProgram(script: Uint8Array): boolean {
  const [version = -1, length = -1] = script;
  if (script.length < 4 || script.length > 42 || length + 2 !== script.length) return false;
  return version === 0 || (version >= op.one && version <= op.sixteen);
}

/** Does a script push data and nothing else? */
export function isPushOnly(script: Uint8Array): boolean {
  return operationsOf(script)?.every(({ code }) => code <= op.sixteen) ?? false;
}

/** Signature checks in a script, those of many keys counted as the 20 that they may be. */
export function sigopsIn(script: Uint8Array): number {
  let count = 0;
  for (const { code } of operationsOf(script) ?? []) {
    if (code === op.checkSig || code === op.checkSigVerify) count += 1;
    if (code === op.checkMultisig || code === op.checkMultisigVerify) count += keysPerMultisigMax;
  }
  return count;
}

const keysPerMultisigMax = 20;
const keysPerStandardMultisigMax = 3;

type Operation = { readonly code: number; readonly dataLength: number; readonly first: number };

function isMultisig(script: Uint8Array): boolean {
  const operations = operationsOf(script) ?? [];
  const [needed, ...rest] = operations.map(({ code }) => code);
  const keys = operations.slice(1, -2);
  const [count = 0, check] = rest.slice(-2);
  if (needed === undefined || check !== op.checkMultisig) return false;
  const isCount = keys.length >= 1 && keys.length <= keysPerStandardMultisigMax;
  const isEnough = needed >= op.one && needed <= count && count === op.one + keys.length - 1;
  return isCount && isEnough && keys.every(isKey);
}

function isKey({ dataLength, first }: Operation): boolean {
  if (dataLength === 33) return first === 2 || first === 3;
  return dataLength === 65 && (first === 4 || first === 6 || first === 7);
}

/** The operations of a script; undefined where a push goes beyond its end. */
function operationsOf(script: Uint8Array): readonly Operation[] | undefined {
  const operations: Operation[] = [];
  for (let at = 0; at < script.length; ) {
    const code = script[at] ?? 0;
    const lengthBytes = lengthBytesOf(code);
    if (at + 1 + lengthBytes > script.length) return undefined;
    const dataLength = code <= op.push75 ? code : littleEndian(script, at + 1, lengthBytes);
    const start = at + 1 + lengthBytes;
    if (start + dataLength > script.length) return undefined;
    operations.push({ code, dataLength, first: script[start] ?? -1 });
    at = start + dataLength;
  }
  return operations;
}

function lengthBytesOf(code: number): number {
  if (code === op.pushData1) return 1;
  if (code === op.pushData2) return 2;
  return code === op.pushData4 ? 4 : 0;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i -= 1) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
