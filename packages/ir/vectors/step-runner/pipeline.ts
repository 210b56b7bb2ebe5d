import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'a', runner: 'docker', runnerArgs: { b: 1, a: ['x', null, true] } })]),
}
