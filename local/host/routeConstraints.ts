export type Constraint = (value: string) => boolean;

const guid =
  /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\))$/i;
const integer = /^[+-]?\d{1,19}$/;

/**
 * An inline route constraint by its name and argument, with the meaning it has in ASP.NET Core
 * routing. Throws for a name that it does not know.
 */
export function createConstraint(name: string, argument: string | undefined): Constraint {
  const numbers = () => (argument ?? '').split(',').map((part) => toInteger(name, part));
  switch (name.toLowerCase()) {
    case 'int':
      return integerIn(-(2n ** 31n), 2n ** 31n - 1n);
    case 'long':
      return integerIn(-(2n ** 63n), 2n ** 63n - 1n);
    case 'bool':
      return (value) => /^(?:true|false)$/i.test(value);
    case 'guid':
      return (value) => guid.test(value);
    case 'alpha':
      return (value) => /^[a-z]*$/i.test(value);
    case 'required':
      return (value) => value.length > 0;
    case 'minlength': {
      const [least] = numbers();
      return (value) => value.length >= Number(least);
    }
    case 'maxlength': {
      const [most] = numbers();
      return (value) => value.length <= Number(most);
    }
    case 'length': {
      const [least, most = least] = numbers();
      return (value) => value.length >= Number(least) && value.length <= Number(most);
    }
    case 'min':
      return integerIn(numbers()[0] ?? 0n, 2n ** 63n - 1n);
    case 'max':
      return integerIn(-(2n ** 63n), numbers()[0] ?? 0n);
    case 'range': {
      const [least = 0n, most = 0n] = numbers();
      return integerIn(least, most);
    }
    case 'regex': {
      if (argument === undefined) throw new Error('Route constraint regex needs an expression.');
      const expression = new RegExp(argument, 'i');
      return (value) => expression.test(value);
    }
    default:
      throw new Error(`Route constraint "${name}" is not known to the local host.`);
  }
}

function integerIn(least: bigint, most: bigint): Constraint {
  return (value) => {
    if (!integer.test(value)) return false;
    const number = BigInt(value.startsWith('+') ? value.slice(1) : value);
    return number >= least && number <= most;
  };
}

function toInteger(constraint: string, text: string): bigint {
  if (!integer.test(text.trim())) {
    throw new Error(`Route constraint ${constraint} needs integers; it has "${text}".`);
  }
  return BigInt(text.trim());
}
