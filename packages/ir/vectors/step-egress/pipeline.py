import harmont as hm


@hm.pipeline("vec")
def ci():
    return [
        hm.sh('make a', label='a', egress=['registry.npmjs.org', '*.githubusercontent.com', 'github.com:22']),
        hm.sh('make b', label='b', egress=[]),
        hm.sh('make c', label='c', egress='observe'),
    ]
