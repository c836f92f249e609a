"""What each element of a letter to Congress is called by people."""

from collections.abc import Mapping

from service.foundation.sentence import Sentence

PLAIN: Mapping[str, Sentence] = {
    "CWC": Sentence("The letter as a whole"),
    "CWCVersion": Sentence("The version of the form"),
    "Delivery": Sentence("What is said of the delivery"),
    "DeliveryId": Sentence("The number of the delivery"),
    "DeliveryDate": Sentence("The day of the delivery"),
    "DeliveryAgent": Sentence("The name of the service that delivers"),
    "DeliveryAgentAckEmailAddress": Sentence("The address for acknowledgements"),
    "DeliveryAgentContact": Sentence("The contact of the service that delivers"),
    "DeliveryAgentContactName": Sentence("The contact's name of the service that delivers"),
    "DeliveryAgentContactEmail": Sentence("The contact's e-mail address of the service that delivers"),
    "DeliveryAgentContactPhone": Sentence("The contact's telephone number of the service that delivers"),
    "CampaignId": Sentence("The name of the campaign"),
    "Organization": Sentence("The name of the coalition"),
    "OrganizationContact": Sentence("The coalition's contact"),
    "OrganizationContactName": Sentence("The name of the coalition's contact"),
    "OrganizationContactEmail": Sentence("The e-mail address of the coalition's contact"),
    "OrganizationContactPhone": Sentence("The telephone number of the coalition's contact"),
    "OrganizationAbout": Sentence("What is said of the coalition"),
    "Recipient": Sentence("What is said of the office"),
    "MemberOffice": Sentence("The code of the office"),
    "IsResponseRequested": Sentence("Whether an answer is asked for"),
    "NewsletterOptIn": Sentence("Whether newsletters are wanted"),
    "Constituent": Sentence("What is said of the constituent"),
    "Prefix": Sentence("The form of address"),
    "FirstName": Sentence("The first name"),
    "MiddleName": Sentence("The middle name"),
    "LastName": Sentence("The last name"),
    "Suffix": Sentence("What follows the name"),
    "Title": Sentence("The title"),
    "ConstituentOrganization": Sentence("The constituent's organization"),
    "Address1": Sentence("The street and number"),
    "Address2": Sentence("The second line of the address"),
    "Address3": Sentence("The third line of the address"),
    "City": Sentence("The city"),
    "StateAbbreviation": Sentence("The state"),
    "Zip": Sentence("The ZIP code"),
    "Phone": Sentence("The telephone number"),
    "AddressValidation": Sentence("Whether the address was checked"),
    "Email": Sentence("The constituent's e-mail address"),
    "EmailValidation": Sentence("Whether the e-mail address was confirmed"),
    "Message": Sentence("The message"),
    "Subject": Sentence("The subject"),
    "LibraryOfCongressTopics": Sentence("The list of topics"),
    "LibraryOfCongressTopic": Sentence("A topic"),
    "Bills": Sentence("The list of bills"),
    "Bill": Sentence("A bill"),
    "BillCongress": Sentence("The Congress of a bill"),
    "BillTypeAbbreviation": Sentence("The kind of a bill"),
    "BillNumber": Sentence("The number of a bill"),
    "ProOrCon": Sentence("Whether the letter is for or against the bill"),
    "MoreInfo": Sentence("The link to more information"),
    "OrganizationStatement": Sentence("The coalition's statement"),
    "ConstituentMessage": Sentence("The constituent's own text"),
}

_UNKNOWN = Sentence("A part of the letter")


def plain_name(element: str) -> Sentence:
    """Say what people call an element."""
    return PLAIN.get(element, _UNKNOWN)
