import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.matrix({'go': ['1.23', '1.24']}, lambda cell: hm.sh(f'make go{cell.go}', label=':go: install').sh('make test', label=':go: test')), hm.wait()]
