import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.rust.toolchain().feature_powerset(subcommand='test', each_feature=True, no_dev_deps=False, skip=['a', 'b'], include_features=['c d'], keep_going=True, flags=['--locked'])]
