import harmont as hm


@hm.pipeline("vec", secrets={'A': 'a', 'B': 'b'})
def ci():
    return [hm.sh('make a', label='a', secrets={'B': 'own', 'C': 'C'}), hm.sh('make b', label='b')]
