import { plantsOfClosing } from './ofClosing.ts';
import { plantsOfConditions } from './ofConditions.ts';
import { plantsOfMoney } from './ofMoney.ts';
import type { Plant } from './plant.ts';

/** The bugs that can be planted, by name: none of them is anywhere in the product. */
export const plants = { ...plantsOfConditions, ...plantsOfMoney, ...plantsOfClosing } as const;

export type PlantName = keyof typeof plants;
export const plantNames = Object.keys(plants) as readonly PlantName[];

export function plantOf(name: PlantName): Plant {
  return plants[name];
}
