/** What a new source is called where. */
export interface SourceNames {
  /** Of its folder and files: `acme`. */
  readonly folder: string;
  /** In identifiers: `acme`, as in `acmeConnector`. */
  readonly value: string;
  /** In types: `Acme`. */
  readonly type: string;
  /** In the log: `ACME`. */
  readonly system: string;
}

/** @throws Error for a name that is none. */
export function namesOf(name: string): SourceNames {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`${name}: a name is lower-case words joined by hyphens`);
  const words = name.split('-');
  const type = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return { folder: name, value: type[0]!.toLowerCase() + type.slice(1), type, system: words.join('_').toUpperCase() };
}
