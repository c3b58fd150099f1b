import { expect } from '@jest/globals';
import type { Ports } from '../../shared/ports/ports.ts';
import { answerFaults } from './answerFaults.ts';
import { type Call, openApi } from './api.ts';

/** The API, each of whose answers must be one that the OpenAPI document shows, and have no field more. */
export function openCheckedApi(ports: Ports): Call {
  const call = openApi(ports);
  return async (method, path, body, headers) => {
    const answer = await call(method, path, body, headers);
    expect(answerFaults(method, path, answer)).toEqual([]);
    return answer;
  };
}
