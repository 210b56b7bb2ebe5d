import harmont as hm


@hm.pipeline("vec")
def ci():
    return [[hm.sh(f'make {cell.os}', label=cell.name('test')) for cell in hm.matrix({'os': ['x', 'y'], 'n': [1]})]]
