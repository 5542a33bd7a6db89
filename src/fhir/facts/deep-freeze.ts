/** Freezes a value and everything in it; parts that are frozen already are taken as done. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  // for-in makes no list of the parts: a case has several hundred objects.
  for (const name in value) {
    const part = value[name];
    if (typeof part === 'object') deepFreeze(part);
  }
  return value;
}
