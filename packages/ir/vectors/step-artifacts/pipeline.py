import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', artifacts=['dist/**', {'kind': 'junit', 'when': 'always', 'path': 'junit.xml'}, {'path': 'cov', 'kind': 'coverage'}])]
