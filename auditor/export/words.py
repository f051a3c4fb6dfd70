"""What verdicts, severities and categories are called: one table each, for readers who know no server's words."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.model.finding import Severity
from auditor.model.outcome import Verdict


class Group(StrEnum):
    """The five answers that a reader tells apart at a glance; every verdict belongs to one."""

    EXPOSED = "exposed"
    PROTECTED = "protected"
    NO_DATA = "no_data"
    NOTHING_THERE = "nothing_there"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """How a verdict is printed: a short label and the sentence that explains it."""

    group: Group
    label: str
    sentence: str


GROUPS = {
    Group.EXPOSED: "Open to strangers",
    Group.PROTECTED: "Verified as protected",
    Group.NO_DATA: "Reached, neither open nor protected",
    Group.NOTHING_THERE: "Nothing listening",
    Group.UNKNOWN: "Could not be judged",
}

VERDICTS = {
    Verdict.OPEN: VerdictWords(Group.EXPOSED, "Open", "A stranger lists its objects and could read their records."),
    Verdict.PARTLY_OPEN: VerdictWords(
        Group.EXPOSED, "Partly open", "A stranger could read some objects, while others are refused."
    ),
    Verdict.ANONYMOUS_ROLE: VerdictWords(
        Group.EXPOSED, "Anonymous role", "The product itself gives a stranger an identity with some rights."
    ),
    Verdict.METADATA_ONLY: VerdictWords(
        Group.EXPOSED, "Metadata only", "A stranger gets names, versions or settings, but no records."
    ),
    Verdict.AUTH_REQUIRED: VerdictWords(
        Group.PROTECTED, "Login required", "A stranger is asked for a login, by the product or by something in front."
    ),
    Verdict.CLIENT_CERT_REQUIRED: VerdictWords(
        Group.PROTECTED, "Certificate required", "A stranger without a client certificate is turned away."
    ),
    Verdict.LOCALHOST_EXCEPTION: VerdictWords(
        Group.NO_DATA,
        "Localhost exception",
        "Logins are on, but no user exists yet: whoever asks from the machine may make one.",
    ),
    Verdict.NOT_INITIALISED: VerdictWords(
        Group.NO_DATA, "Not initialised", "The server runs but is not yet set up; it was not seen to protect anything."
    ),
    Verdict.NO_DATA_NODE: VerdictWords(Group.NO_DATA, "No data kept", "An arbiter: it votes and keeps no data."),
    Verdict.OTHER_SERVICE: VerdictWords(
        Group.NO_DATA, "Other service", "Something else answers here; it is outside what this audit can judge."
    ),
    Verdict.REFUSED: VerdictWords(
        Group.NOTHING_THERE, "Connection refused", "The host says that nothing listens on this port."
    ),
    Verdict.TIMED_OUT: VerdictWords(
        Group.UNKNOWN, "No answer", "The host stayed silent. It may be down, or filtered from where we asked."
    ),
    Verdict.DNS_FAILED: VerdictWords(Group.UNKNOWN, "Name not found", "The host's name does not resolve."),
    Verdict.OUT_OF_SCOPE: VerdictWords(
        Group.UNKNOWN, "Out of scope", "The name leads outside the authorised scope, so nothing was sent."
    ),
    Verdict.NOT_PROBED: VerdictWords(
        Group.UNKNOWN, "Not tested", "We did not get to it: the run was interrupted or ran out of time."
    ),
    Verdict.INCONCLUSIVE: VerdictWords(
        Group.UNKNOWN, "Inconclusive", "It answered in a way that allows no judgement; it is asked again next time."
    ),
}

SEVERITIES = {
    Severity.CRITICAL: ("Critical", "Act today."),
    Severity.HIGH: ("High", "Act this week."),
    Severity.MEDIUM: ("Medium", "Plan a fix."),
    Severity.LOW: ("Low", "Fix when you are there."),
    Severity.INFO: ("Info", "Good to know."),
}

CATEGORIES = {
    "person_name": "Name",
    "photo": "Photograph",
    "email": "Email address",
    "phone": "Telephone number",
    "postal_address": "Postal address",
    "social_account": "Social media account",
    "national_id": "National identity number",
    "passport": "Passport",
    "drivers_license": "Driving licence",
    "tax_id": "Tax number",
    "other_gov_id": "Other official number",
    "bank_account": "Bank account",
    "payment_card": "Payment card",
    "financial_profile": "Financial circumstances",
    "health_record": "Health record",
    "health_id": "Health insurance or patient number",
    "biometric": "Biometric data",
    "genetic": "Genetic data",
    "physical_description": "Physical description",
    "geo_location": "Location",
    "vehicle_id": "Vehicle",
    "credential": "Password or key",
    "birth_date": "Date of birth",
    "age": "Age",
    "gender": "Sex or gender",
    "nationality": "Nationality",
    "birth_place": "Place of birth",
    "ethnicity_race": "Ethnicity",
    "religion_belief": "Religion or belief",
    "political": "Political views",
    "sexual_orientation": "Sexual orientation",
    "marital_family": "Family or marital status",
    "criminal_record": "Police or criminal record",
    "minor_info": "About a minor",
    "employment": "Employment",
    "education": "Education",
    "username": "User name",
    "ip_address": "IP address of a person",
    "device_id": "Device of a person",
    "communication_content": "Content of messages",
}

PRODUCTS = {
    "elasticsearch": "Elasticsearch / OpenSearch",
    "kibana": "Kibana / Dashboards",
    "mongodb": "MongoDB",
}

KINDS = {
    "index": "index",
    "alias": "alias",
    "data_stream": "data stream",
    "collection": "collection",
    "view": "view",
    "other": "object",
}


def category(identifier: str) -> str:
    """The reader's word for a category; a plugin's own category is its id."""
    return CATEGORIES.get(identifier, identifier)


def product(identifier: str) -> str:
    """The reader's word for a product; a plugin's own product is its id."""
    return PRODUCTS.get(identifier, identifier)
