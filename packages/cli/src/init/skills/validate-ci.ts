export const validateCi = `---
name: validate-ci
description: Check with Harmont that a change passes CI before it is pushed. Use after changing code in a repository that has .hm/, or when asked why CI fails.
---

# Validate a change

1. \`hm pipelines --table\` lists the pipelines. \`hm validate SLUG\` names every problem of one by file and line, and runs nothing.
2. \`hm run SLUG --logs\` runs it here on the working tree, committed or not. \`hm graph SLUG\` shows the steps and runs none. Exit codes: 0 passed, 1 a step failed, 2 wrong usage, 4 no sandbox works (\`hm doctor\` says why), 6 the pipeline file has an error, 7 the pipeline is refused.
3. A step with a \`cache\` whose inputs did not change is taken from the cache; do not pass \`--no-cache\` unless the cache itself is in doubt.
4. \`hm run SLUG KEY\` runs one step and what it needs.

When it fails:

- \`hm logs --failed\` prints the reports of the failed steps, \`hm logs RUN KEY\` the whole log of one, \`hm why\` the cause.
- \`hm exec KEY COMMAND\` runs a command in the file system that the failed step left, \`hm exec --before KEY COMMAND\` in the one that it started from.
- Fix the cause, then \`hm retry\`: it runs only the failed steps and those they blocked.
- Do not weaken a test, raise a timeout or set \`softFail\` to get green unless you were asked to.

For programs: \`hm run --format json\` prints one JSON object per line; \`step_end\` has \`exit_code\`, \`build_end\` the state.

On the server: \`hm run --cloud\` submits the working tree and follows it. A build that is there already: \`hm build show N\`, \`hm logs N --failed\`.
`
