import { Type } from 'typebox';
import { Liveness, Readiness } from './health.ts';
import { none, parameters, raw } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';

/** Health, and the description of the API. */
export const operationsRoutes = {
  openapi: {
    path: 'openapi.json',
    params: none,
    methods: {
      GET: {
        summary: 'This document',
        tag: 'Operations',
        access: { kind: 'public', of: 'documentation' },
        answers: { 200: raw(['application/json'], 'The OpenAPI 3.1 document of this API.') },
      },
    },
  },
  docs: {
    path: 'docs/{file?}',
    params: parameters({
      file: Type.Optional(
        Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$', description: 'A part of the page.' }),
      ),
    }),
    methods: {
      GET: {
        summary: 'Read and try this API in a browser',
        tag: 'Operations',
        access: { kind: 'public', of: 'documentation' },
        answers: { 200: raw(['text/html'], 'A page, and the files that it needs.') },
      },
    },
  },
  healthLive: {
    path: 'health/live',
    params: none,
    methods: {
      GET: {
        summary: 'Is the process alive?',
        tag: 'Operations',
        access: { kind: 'public', of: 'health' },
        answers: { 200: Liveness },
      },
    },
  },
  healthReady: {
    path: 'health/ready',
    params: none,
    methods: {
      GET: {
        summary: 'Can the app do its work?',
        tag: 'Operations',
        access: { kind: 'public', of: 'health' },
        answers: { 200: Readiness, 503: Readiness },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
