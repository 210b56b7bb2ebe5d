import type { Job, Step } from '@harmont/engine'

/** What somebody may do about a failure, where its code says it; null where only the log can. */
export function hintOf(
  { errorCode, exitCode }: Pick<Job, 'errorCode' | 'exitCode'>,
  { resources, timeoutSeconds, secrets }: Pick<Step, 'resources' | 'timeoutSeconds' | 'secrets'>,
): string | null {
  switch (errorCode) {
    case 'out_of_memory':
      return `It may use ${resources.memoryGb} GB of memory: let it need less, or give it more with \`resources\`.`
    case 'disk_limit':
      return `It may write ${resources.diskGb} GB: let it write less, or give it more with \`resources\`.`
    case 'step_timeout':
      return `It may run for ${timeoutSeconds} s: let it do less, or give it more time with \`timeout\`.`
    case 'pipeline_timeout':
      return 'The time of the whole pipeline was over: let steps run side by side, or give it more time with `timeout`.'
    case 'secret_missing':
      return `Set ${Object.values(secrets).join(', ')} in the settings of the pipeline or of the organization. If a secret is there but limited, an administrator can allow it for uploads.`
    case 'secret_unusable':
      return 'Set it again, or name fewer or shorter secrets.'
    case 'provision_failed':
      return 'If an image is named here, check its name and its registry. Else retry it, or rebuild: then what it starts from is made anew.'
    case 'snapshot_failed':
    case 'build_abandoned':
      return 'Retry it: the command itself was not the reason.'
    case 'sandbox_lost':
      return 'See in the log how far it came, and retry it if it may run twice.'
    case 'service_unsupported':
      return 'Start the service in the command of the step.'
    case null:
      return exitHint(exitCode)
  }
}

/** Exit codes that shells agree on. */
function exitHint(exitCode: number | null): string | null {
  if (exitCode === 126) return '126: a file was found and cannot be run. Is it executable?'
  if (exitCode === 127) return '127: a command was not found. Install it in this step or in the one that it builds in.'
  if (exitCode === 137)
    return '137: something killed the command (SIGKILL), and it was not the memory limit of the step.'
  return null
}
