/** Why nothing was run, by the build's error code. */
export const notStarted: Readonly<Record<string, string>> = {
  render_failed: 'the pipeline file did not render',
  invalid_json: 'the pipeline is not valid JSON',
  bad_version: 'the pipeline is written in a version that this server does not know',
  duplicate_key: 'two steps of the pipeline have the same key',
  unknown_dependency: 'a step of the pipeline waits for one that does not exist',
  cycle: 'steps of the pipeline wait for each other',
  invalid_ir: 'the pipeline is not valid',
  empty_pipeline: 'the pipeline has no steps',
  source_invalid: 'the source is no archive that can be unpacked',
  source_fetch_failed: 'the source could not be fetched',
  source_checksum_mismatch: 'the source is not what was announced',
  source_store_failed: 'the source could not be kept',
  fork_source_unfetchable: "the fork's commit is gone",
  fork_source_cross_namespace: 'the server may not read the fork',
  fork_fetch_unsupported: 'forks of this forge are not fetched from',
  start_failed: 'the server could not start it',
}
