import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'

/** `hm artifact list` and `hm artifact get`, until steps can leave artifacts: exit 7, without asking anybody. */
export const run: Handler<'artifact list' | 'artifact get'> = async () => {
  throw new HmError(exits.refused, 'operation_missing', 'artifacts are not supported yet', {
    fix: 'hm exec STEP cat FILE prints a file that a step left, while its file system is kept',
  })
}
