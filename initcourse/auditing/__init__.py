"""The audit of a learner's own network: layer by layer beside theory and band, slips named."""

from initcourse.auditing.report import Audit, audit
