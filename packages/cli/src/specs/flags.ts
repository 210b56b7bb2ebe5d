/** Flags of several commands. */
export const limit = { kind: 'integer', short: 'n', min: 1, value: 'N', summary: 'at most this many' } as const
export const yesOrNo = { kind: 'string', value: 'WHETHER', choices: ['yes', 'no'] } as const
