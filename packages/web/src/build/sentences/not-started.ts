/** Why nothing was run, by the build's error code. */
export const notStarted: Readonly<Record<string, string>> = {
  render_failed: 'the pipeline file failed to render',
  invalid_json: 'the pipeline is not valid JSON',
  bad_version: 'this server does not support the version of the pipeline',
  duplicate_key: 'two steps of the pipeline have the same key',
  unknown_dependency: 'a step depends on a step that does not exist',
  cycle: 'steps depend on each other in a cycle',
  invalid_ir: 'the pipeline is not valid',
  empty_pipeline: 'the pipeline has no steps',
  source_invalid: 'the source archive cannot be unpacked',
  source_fetch_failed: 'the source could not be fetched',
  source_checksum_mismatch: 'the source does not match its checksum',
  source_store_failed: 'the source could not be stored',
  fork_source_unfetchable: "the fork's commit is gone",
  fork_source_cross_namespace: 'the server has no access to the fork',
  fork_fetch_unsupported: 'forks on this forge are not supported',
  start_failed: 'the server could not start it',
}
