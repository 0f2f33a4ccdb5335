"""Every component and every page of an account or of an error: strict templates, then a browser with axe."""

import pytest
from django.test import Client, override_settings
from django.utils.translation import override

from tests.look.gallery import TEMPLATES
