export const validateCi = `---
name: validate-ci
description: Check with Harmont that a change passes CI before it is pushed. Use after changing code in a repository that has .hm/, or when asked why CI fails.
---

# Validate a change

1. \`hm pipelines --table\` lists the pipelines. \`hm render SLUG --check\` tells what is wrong with one, by file and line; it runs nothing.
2. \`hm run SLUG --logs\` runs it here on the working tree, committed or not. Exit codes: 0 passed, 1 a step failed, 2 wrong use, 4 no sandbox works (\`hm doctor\` says why), 6 the pipeline file is wrong, 7 the pipeline is refused.
3. Steps whose inputs did not change come from the cache; do not pass \`--no-cache\` unless the cache itself is in doubt.
4. To see one step only: \`hm run SLUG -s KEY\` runs it and what it needs.

When it fails:

- \`hm logs --failed\` prints the output of the failed steps.
- \`hm shell KEY --cmd 'COMMAND'\` runs a command in the file system that the failed step left; \`--before\` in the one that it started from.
- Mend the cause, then \`hm retry\`: only failed steps, and what they held back, run again.
- Do not weaken a test, raise a timeout or set \`softFail\` to get green unless you were asked to.

For programs: \`hm run --format json\` prints one JSON object per line; \`step_end\` has \`exit_code\`, \`build_end\` the state.

On the server: \`hm run --cloud\` submits the working tree and follows it. A build that is there already: \`hm build show N\`, \`hm logs N --failed\`.
`
