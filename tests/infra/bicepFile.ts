import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** What stands at a place in a Bicep file: a literal, or the text of an expression. */
export type BicepValue =
  | string
  | number
  | boolean
  | null
  | readonly BicepValue[]
  | { readonly [key: string]: BicepValue }
  | Expression;

/** An expression, which only a deployment could evaluate. */
export class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Declaration = {
  readonly name: string;
  readonly decorators: ReadonlyMap<string, readonly BicepValue[]>;
  /** The default of a parameter, the value of a variable or output; absent where there is none. */
  readonly value?: BicepValue;
};

/** A resource or a module. `target` is the type with its API version, or the path of the file. */
export type Use = {
  readonly name: string;
  readonly target: string;
  readonly isExisting: boolean;
  readonly body: { readonly [key: string]: BicepValue };
};

export type BicepFile = {
  readonly path: string;
  readonly source: string;
  readonly faults: readonly string[];
  readonly parameters: readonly Declaration[];
  readonly variables: readonly Declaration[];
  readonly outputs: readonly Declaration[];
  readonly resources: readonly Use[];
  readonly modules: readonly Use[];
};

const root = new URL('../../bicep/', import.meta.url).pathname;

/** Reads every Bicep file of the project, with paths relative to its folder. */
export async function readBicepFiles(): Promise<readonly BicepFile[]> {
  const parser = await bicepParser();
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.bicep'))
    .sort()
    .map((path) => parseBicep(parser, path, readFileSync(join(root, path), 'utf8')));
}

export async function bicepParser(): Promise<Parser> {
  const { resolve } = createRequire(import.meta.url);
  await Parser.init();
  const grammar = readFileSync(resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return parser;
}

export function parseBicep(parser: Parser, path: string, source: string): BicepFile {
  const tree = parser.parse(source);
  if (tree === null) throw new Error(`${path} was not parsed`);
  const faults: string[] = [];
  collectFaults(tree.rootNode, path, faults);
  const parts = partsOf(tree.rootNode);
  tree.delete();
  return { path, source, faults, ...parts };
}

/** A declaration by its name. Throws where there is none. */
export function named<Item extends { readonly name: string }>(
  items: readonly Item[],
  name: string,
): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new Error(`there is no ${name} in ${items.map((i) => i.name)}`);
  return found;
}

/** A value inside of another, by keys and indexes. Throws where the path leads nowhere. */
export function at(value: BicepValue | undefined, ...path: readonly string[]): BicepValue {
  let here: BicepValue | undefined = value;
  for (const key of path) {
    const entries: readonly (readonly [string, BicepValue])[] =
      here instanceof Expression || typeof here !== 'object' || here === null
        ? []
        : Object.entries(here);
    here = entries.find(([name]) => name === key)?.[1];
  }
  if (here === undefined) throw new Error(`there is nothing at ${path.join('.')}`);
  return here;
}

function collectFaults(node: Node, path: string, faults: string[]): void {
  if (node.type === 'ERROR' || node.isMissing) {
    faults.push(`${path}:${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`);
  }
  for (const child of children(node)) collectFaults(child, path, faults);
}

function partsOf(rootNode: Node): Omit<BicepFile, 'path' | 'source' | 'faults'> {
  const parameters: Declaration[] = [];
  const variables: Declaration[] = [];
  const outputs: Declaration[] = [];
  const resources: Use[] = [];
  const modules: Use[] = [];
  let decorators: Declaration['decorators'] = new Map();
  for (const node of children(rootNode)) {
    if (node.type === 'decorators') {
      decorators = decoratorsOf(node);
      continue;
    }
    if (node.type === 'parameter_declaration') parameters.push(declarationOf(node, decorators));
    if (node.type === 'variable_declaration') variables.push(declarationOf(node, decorators));
    if (node.type === 'output_declaration') outputs.push(declarationOf(node, decorators));
    if (node.type === 'resource_declaration') resources.push(useOf(node));
    if (node.type === 'module_declaration') modules.push(useOf(node));
    if (node.type !== 'comment') decorators = new Map();
  }
  return { parameters, variables, outputs, resources, modules };
}

function decoratorsOf(node: Node): Declaration['decorators'] {
  const calls = children(node).flatMap((decorator) => children(decorator));
  return new Map(
    calls.map((call) => {
      const [name, given] = children(call);
      return [name?.text ?? '', given === undefined ? [] : children(given).map(literalOf)];
    }),
  );
}

function declarationOf(node: Node, decorators: Declaration['decorators']): Declaration {
  const [name, ...rest] = children(node).filter(({ type }) => type !== 'type');
  const value = rest.at(-1);
  return {
    name: name?.text ?? '',
    decorators,
    ...(value === undefined ? {} : { value: literalOf(value) }),
  };
}

function useOf(node: Node): Use {
  const [name, target, ...rest] = children(node);
  const body = rest.map(bodyOf).find((found) => found !== undefined);
  return {
    name: name?.text ?? '',
    target: target === undefined ? '' : String(literalOf(target)),
    isExisting: /^resource\s+\w+\s+'[^']*'\s+existing\b/.test(node.text),
    body: body === undefined ? {} : objectOf(body),
  };
}

/** The object of a resource, which may stand inside of a loop or a condition. */
function bodyOf(node: Node): Node | undefined {
  if (node.type === 'object') return node;
  if (node.type !== 'for_statement' && node.type !== 'if_statement') return undefined;
  return children(node)
    .map(bodyOf)
    .findLast((found) => found !== undefined);
}

function literalOf(node: Node): BicepValue {
  const { type, text } = node;
  if (type === 'object') return objectOf(node);
  if (type === 'array') return children(node).map(literalOf);
  if (type === 'number') return Number(text);
  if (type === 'boolean') return text === 'true';
  if (type === 'null') return null;
  if (type === 'string' && !text.includes('${')) return stringOf(text);
  return new Expression(text);
}

function objectOf(node: Node): { readonly [key: string]: BicepValue } {
  const entries = children(node)
    .filter(({ type }) => type === 'object_property')
    .map((property) => {
      const [key, value] = children(property);
      const name = key?.type === 'string' ? stringOf(key.text) : (key?.text ?? '');
      return [name, value === undefined ? null : literalOf(value)] as const;
    });
  return Object.fromEntries(entries);
}

function stringOf(text: string): string {
  if (text.startsWith("'''")) return text.slice(3, -3);
  return text.slice(1, -1).replaceAll(/\\(['\\$])/g, '$1');
}

function children(node: Node): readonly Node[] {
  return node.namedChildren.filter((child) => child.type !== 'comment');
}
