import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.matrix({'x': [1, 2, 3], 'y': ['a', 'b']}, lambda cell: hm.sh('make', label='a'), include=[{'x': 1}, {'x': 2, 'y': 'a'}], exclude=[{'x': 1, 'y': 'a'}])]
