import type { Plugin } from 'esbuild';
import { openApiDocument } from '../shared/http/openapi.ts';

/** The folder of a build that holds the files of Swagger UI. */
export const swaggerUiOutput = 'swaggerUi';

/** Puts the OpenAPI document into the bundle as it is now, and Swagger UI where the build copies it. */
export const bundledDocuments: Plugin = {
  name: 'bundled-documents',
  setup(build) {
    build.onLoad({ filter: /[\\/]shared[\\/]http[\\/]openapi\.ts$/ }, () => {
      const text = JSON.stringify(JSON.stringify(openApiDocument()));
      const contents = `export function openApiDocument() { return JSON.parse(${text}); }`;
      return { contents, loader: 'js' };
    });
    build.onLoad({ filter: /[\\/]shared[\\/]http[\\/]swaggerUiFolder\.ts$/ }, () => {
      const folder = JSON.stringify(`./${swaggerUiOutput}/`);
      const contents = `export function swaggerUiFolder() { return new URL(${folder}, import.meta.url); }`;
      return { contents, loader: 'js' };
    });
  },
};
