"""What a chart must not be given is refused before anything is changed, by the name of the value."""

import pytest

from tests.chart.rendering import LEAST, rendered

pytestmark = pytest.mark.chart


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"publicOrigin": "http://bk.example.invalid"}, "/publicOrigin"),
        ({"image": {"repository": ""}}, "/image/repository"),
        ({"backup": {"recipient": ""}}, "/backup/recipient"),
        ({"backup": {"recipient": "AGE-SECRET-KEY-1QQQ"}}, "/backup/recipient"),
        ({"settings": {"TANGGAP_SECRETS": "master 1 x"}}, "TANGGAP_SECRETS"),
        ({"services": {"cases": {"settings": {"TANGGAP_MASTER_KEY": "x"}}}}, "TANGGAP_MASTER_KEY"),
        ({"services": {"intake": {"replicas": 0}}}, "/services/intake/replicas"),
        ({"replicas": 3}, "replicas"),
        ({"ingress": {"host": "bk.example.invalid"}}, "ingress.tlsSecret"),
    ],
)
def test_a_value_that_cannot_be_right_is_named(given, named):
    from helm_python import HelmError

    with pytest.raises(HelmError) as refused:
        rendered(LEAST | given)
    assert named in str(refused.value)
