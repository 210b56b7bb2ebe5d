import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('echo a\necho b', { label: 'a', cwd: 'my app' }), sh('echo a; echo b', { label: 'b', cwd: 'src' })]),
}
