import { pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([go({ version: '1.24', deps: true, path: 'svc', image: 'debian:12' }).test({ timeout: '5m' })]),
}
