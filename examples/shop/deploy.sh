#!/bin/sh
# Stands for an upload: says what would go out.
set -eu
[ -s dist/index.html ]
echo "Deploying $(ls dist | wc -l) files of the site, commit $HARMONT_COMMIT."
