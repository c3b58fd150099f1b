/** Values that repeat, each kept once and named by its index. */
export class Dictionary<Value> {
  readonly values: Value[] = [];
  readonly #indexes = new Map<Value, number>();

  /** The index of a value, which is added if it is not there. */
  indexOf(value: Value): number {
    const known = this.#indexes.get(value);
    if (known !== undefined) return known;
    const index = this.values.push(value) - 1;
    this.#indexes.set(value, index);
    return index;
  }
}

/** The value of an index that was written with its values. Throws when there is none: a broken document. */
export function valueAt<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`there is no value ${index} among ${values.length}`);
  return value;
}
