export const repository: string
export function builtProgram(name: 'hm' | 'harmont', checkout?: string): string | undefined
