#!/bin/sh
exec node /opt/harmont/packages/server/src/main.ts "$@"
