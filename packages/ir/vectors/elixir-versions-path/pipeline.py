import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.elixir.test(elixir_version='1.17.0', otp_version='26', path='apps/a', image='ubuntu:22.04', cover=True, partitions=4)]
