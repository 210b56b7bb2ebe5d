/** Makes a function that is evaluated once per render and shares its result. */
export declare function target<T>(name: string, fn: () => T): () => T;
/** Forgets the result of every target, in all copies of the SDK. */
export declare function clearTargetCache(): void;
