import type { AnswerOf } from '../../shared/schemas/input.ts';

export type Grid = AnswerOf<'grid', 'GET'>['body'];
export type Prosumer = AnswerOf<'prosumer', 'GET'>['body'];
