#!/bin/sh
exec node /opt/harmont/packages/server/bin/harmont.js "$@"
