import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.matrix({'go': ['1.23.2', '1.24.0']}, lambda cell: hm.go(version=cell.go).test())]
