import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.matrix({'node': [20, 22], 'fast': [False, True]}, lambda cell: hm.sh(f'make test NODE={cell.node}', label='test'))]
