import { useState } from 'react'

/**
 * Keeps the fields that a person has edited. The others follow `newest`, the server's values, so
 * that a save does not revert what somebody else has changed since the form was opened.
 */
export function useEdits<Values extends object>(newest: Values) {
  const [edits, setEdits] = useState<Partial<Values>>({})
  return {
    values: { ...newest, ...edits },
    set: (changed: Partial<Values>) => setEdits((before) => ({ ...before, ...changed })),
    /** Forgets the saved edits, unless more were made while they were being saved. */
    forget: () => setEdits((now) => (now === edits ? {} : now)),
  }
}
