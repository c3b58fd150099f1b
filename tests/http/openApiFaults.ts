/** What an object of OpenAPI 3.1 must and may have. Extensions (`x-…`) are not used here. */
type Shape = { readonly must: readonly string[]; readonly may: readonly string[] };

const shapes = {
  document: { must: ['openapi', 'info', 'paths'], may: ['servers', 'tags', 'components'] },
  info: { must: ['title', 'version'], may: ['summary', 'description', 'license'] },
  operation: {
    must: ['operationId', 'responses', 'summary', 'tags'],
    may: ['parameters', 'requestBody', 'description', 'security'],
  },
  parameter: { must: ['name', 'in', 'schema'], may: ['required', 'description'] },
  body: { must: ['content'], may: ['required', 'description'] },
  response: { must: ['description'], may: ['content', 'headers'] },
  header: { must: ['schema'], may: ['description', 'required'] },
  media: { must: [], may: ['schema', 'examples'] },
  example: { must: ['value'], may: ['summary'] },
} as const satisfies Record<string, Shape>;

type Node = Readonly<Record<string, unknown>>;
const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Where a document breaks the rules of OpenAPI 3.1, as far as this API uses them. */
export function openApiFaults(document: object): readonly string[] {
  const faults: string[] = [];
  const root = shape(document, 'document', '', faults);
  if (root['openapi'] !== '3.1.0') faults.push('openapi must be 3.1.0');
  shape(root['info'], 'info', 'info', faults);
  const ids = new Set<string>();
  for (const [path, item] of entries(root['paths'])) {
    if (!path.startsWith('/')) faults.push(`${path} must begin with /`);
    for (const [method, operation] of entries(item)) {
      const at = `paths.${path}.${method}`;
      if (!methods.includes(method)) faults.push(`${at} is no method`);
      checkOperation(operation, at, faults);
      checkPath(path, method, operation, faults);
      const id = String(node(operation)['operationId']);
      if (ids.has(id)) faults.push(`operationId ${id} is there twice`);
      ids.add(id);
    }
  }
  checkTags(root, faults);
  checkReferences(root, root, faults);
  return faults;
}

function checkOperation(operation: unknown, at: string, faults: string[]): void {
  const { parameters, requestBody, responses } = shape(operation, 'operation', at, faults);
  const places = new Set<string>();
  for (const [index, given] of entries(parameters)) {
    const parameter = shape(given, 'parameter', `${at}.parameters.${index}`, faults);
    const place = `${parameter['in']} ${parameter['name']}`;
    if (places.has(place)) faults.push(`${at} has ${place} twice`);
    places.add(place);
    if (parameter['in'] === 'path' && parameter['required'] !== true) {
      faults.push(`${at} ${place} must be required`);
    }
  }
  if (requestBody !== undefined) {
    checkContent(shape(requestBody, 'body', `${at}.requestBody`, faults), at, faults);
  }
  for (const [status, given] of entries(responses)) {
    if (!/^(?:[1-5]\d\d|default)$/.test(status)) faults.push(`${at} ${status} is no status`);
    const response = shape(given, 'response', `${at}.responses.${status}`, faults);
    for (const [name, header] of entries(response['headers'])) {
      shape(header, 'header', `${at}.responses.${status}.${name}`, faults);
    }
    checkContent(response, `${at}.responses.${status}`, faults);
  }
}

function checkContent({ content }: Node, at: string, faults: string[]): void {
  for (const [type, given] of entries(content)) {
    if (!/^[a-z]+\/[a-z][a-z+-]*$/.test(type)) faults.push(`${at} ${type} is no media type`);
    const media = shape(given, 'media', `${at}.${type}`, faults);
    for (const [name, example] of entries(media['examples'])) {
      shape(example, 'example', `${at}.${type}.${name}`, faults);
    }
  }
}

/** Every part of the path is a parameter, and every parameter of the path is a part of it. */
function checkPath(path: string, method: string, operation: unknown, faults: string[]): void {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const declared = entries(node(operation)['parameters'])
    .map(([, parameter]) => node(parameter))
    .filter((parameter) => parameter['in'] === 'path')
    .map((parameter) => parameter['name']);
  for (const name of inPath) {
    if (!declared.includes(name)) faults.push(`${path} ${method} does not declare ${name}`);
  }
  for (const name of declared) {
    if (!inPath.includes(String(name))) faults.push(`${path} ${method} declares ${name}`);
  }
}

function checkTags(root: Node, faults: string[]): void {
  const known = entries(root['tags']).map(([, tag]) => node(tag)['name']);
  const operations = entries(root['paths']).flatMap(([, item]) => entries(item));
  for (const [, operation] of operations) {
    for (const [, tag] of entries(node(operation)['tags'])) {
      if (!known.includes(tag)) faults.push(`tag ${tag} is not declared`);
    }
  }
}

function checkReferences(value: unknown, root: Node, faults: string[]): void {
  for (const [key, inner] of entries(value)) {
    if (key === '$ref') {
      const parts = String(inner).split('/').slice(1);
      const target = parts.reduce<unknown>((at, part) => node(at)[part], root);
      if (target === undefined) faults.push(`${inner} leads nowhere`);
    } else checkReferences(inner, root, faults);
  }
}

function shape(value: unknown, kind: keyof typeof shapes, at: string, faults: string[]): Node {
  const { must, may }: Shape = shapes[kind];
  const prefix = at === '' ? '' : `${at}.`;
  const object = node(value);
  for (const key of must) if (!(key in object)) faults.push(`${prefix}${key} is missing`);
  for (const key of Object.keys(object)) {
    if (!must.includes(key) && !may.includes(key)) faults.push(`${prefix}${key} is not known`);
  }
  return object;
}

function node(value: unknown): Node {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function entries(value: unknown): readonly [string, unknown][] {
  return Object.entries(node(value));
}
