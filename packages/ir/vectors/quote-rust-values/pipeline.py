import harmont as hm


@hm.pipeline("vec")
def ci():
    tool = hm.rust.toolchain(components=('a b', 'c'))
    return [tool.build(workspace=True, exclude=['a b'], target='x y', profile='p q'), tool.feature_powerset(depth=3, skip=['a b', 'c'])]
