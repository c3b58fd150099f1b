import { hash } from 'node:crypto';
import type { Sha256 } from '../domain/hashChain.ts';

/** SHA-256 by the platform, in one call without a stream object. */
export const sha256: Sha256 = (text) => hash('sha256', text, 'hex');
