import { openApiDocument } from '../../shared/http/openapi.ts';

/** A JSON schema, as the OpenAPI document writes it. */
export type Schema = { readonly [keyword: string]: unknown };

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
};

/** A method of a path, with what it takes. */
export type Endpoint = {
  readonly method: string;
  /** Below the prefix, with names in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Schema;
  /** Bodies that the document shows as examples. */
  readonly examples: readonly unknown[];
};

type Operation = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        {
          readonly schema: Schema;
          readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
        }
      >
    >;
  };
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;

/** Every method of every path of the OpenAPI document. */
export const endpoints: readonly Endpoint[] = Object.entries(document.paths).flatMap(
  ([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => {
      const json = requestBody?.content['application/json'];
      return {
        method: method.toUpperCase(),
        path,
        parameters,
        ...(json !== undefined && { body: json.schema }),
        examples: Object.values(json?.examples ?? {}).map(({ value }) => value),
      };
    }),
);

/** The schema that another one refers to; itself where it refers to none. */
export function resolved(schema: Schema): Schema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const name = $ref.slice('#/components/schemas/'.length);
  const found = document.components.schemas[name];
  if (found === undefined) throw new Error(`${$ref} leads nowhere`);
  return found;
}
