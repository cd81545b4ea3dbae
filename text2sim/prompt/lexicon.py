"""Nouns, adjectives and function words that the rules know."""

from __future__ import annotations

from typing import Literal, NamedTuple

from text2sim.prompt.words import words

Gender = Literal["male", "female"] | None
Age = Literal["child", "adult", "old"]


class PersonNoun(NamedTuple):
    """What a noun says about the person it names."""

    gender: Gender = None
    age: Age = "adult"


def _people(words: str, gender: Gender = None, age: Age = "adult") -> dict[str, PersonNoun]:
    return dict.fromkeys(words.split(), PersonNoun(gender, age))


PEOPLE: dict[str, PersonNoun] = {
    **_people("man guy gentleman male lad dude father dad uncle husband brother waiter actor king "
              "policeman fireman businessman salesman cowboy prince sir bloke monk daddy "
              "grandson nephew groom boyfriend", "male"),
    **_people("boy son", "male", "child"),
    **_people("grandfather grandpa granddad", "male", "old"),
    **_people("woman lady female mother mom mum aunt wife sister waitress actress queen ballerina "
              "policewoman businesswoman princess bride nun housewife mommy "
              "mummy niece girlfriend", "female"),
    **_people("girl daughter", "female", "child"),
    **_people("grandmother grandma granny", "female", "old"),
    **_people("child kid toddler baby infant", None, "child"),
    **_people("elder senior pensioner", None, "old"),
    **_people("person human someone somebody anyone anybody figure character robot humanoid adult "
              "teenager subject individual people soldier dancer chef cook doctor nurse teacher "
              "student worker athlete runner player boxer fighter guard officer farmer pirate "
              "knight ninja zombie astronaut clown scientist engineer builder mechanic singer "
              "musician artist painter pilot sailor hunter wizard witch hero burglar thief robber "
              "judge lawyer customer guest tourist traveller traveler hiker climber gymnast "
              "skater swimmer golfer jogger walker pedestrian friend partner neighbour neighbor "
              "stranger baker butcher gardener plumber carpenter firefighter mannequin "
              "samurai warrior wrestler bodybuilder patient boss manager secretary cleaner "
              "drunk performer magician acrobat referee goalkeeper postman mailman "
              "opponent enemy npc villain monster alien detective vampire ghost student pupil "
              "librarian archer cyclist biker surfer skier drummer guitarist pianist juggler "
              "bowler viking gladiator caveman superhero trainer coach instructor passenger "
              "driver rider bandit spy agent reporter barber sheriff cop butler"),
    **_people("alan andrew bob brian carlos charlie chris daniel dave david eric frank fred george "
              "harry henry jake james jim joe john kevin leo lucas luke martin matt max michael "
              "mike oliver oscar paul peter robert ryan simon steve thomas tim tom tony", "male"),
    **_people("alice amy anna anne barbara betty carol clara diana ella emily emma eva hannah "
              "helen jane jenny jessica julia karen kate laura linda lisa lucy maria mary mia "
              "nancy nina olivia rachel sally sara sarah sophia sophie susan wendy zoe", "female"),
}  # fmt: skip
"""Singular noun -> what it says about the person."""

UNNAMED = {"someone": "person", "somebody": "person", "anyone": "person", "anybody": "person",
           "people": "person"}  # fmt: skip
"""Nouns that only say that somebody is there -> noun of the actor."""

IRREGULAR_PLURALS = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "persons": "person",
    "feet": "foot", "shelves": "shelf", "knives": "knife", "boxes": "box", "benches": "bench",
    "wolves": "wolf", "mice": "mouse", "policemen": "policeman", "firemen": "fireman",
    "thieves": "thief", "ladies": "lady", "wives": "wife", "leaves": "leaf",
    "policewomen": "policewoman",
    "gentlemen": "gentleman", "businessmen": "businessman", "zombies": "zombie", "geese": "goose",
    "cookies": "cookie", "movies": "movie", "glasses": "glass", "buses": "bus", "horses": "horse",
    "torches": "torch", "couches": "couch", "bushes": "bush", "dishes": "dish", "heroes": "hero",
}  # fmt: skip

PLURAL_THINGS = words(
    "stairs scissors trousers jeans pants shorts tights leggings sunglasses headphones binoculars"
)
"""Things whose plural is the name of one."""

ANIMALS = words(
    "dog cat horse bird cow sheep pig chicken duck goat lion tiger bear monkey elephant "
    "rabbit mouse wolf fox snake fish frog donkey camel puppy kitten pony hen goose "
    "dragon dinosaur spider insect animal butterfly"
)

BODY = words(
    "hand foot arm leg head knee elbow fist finger shoulder hip chest face back body toe "
    "palm thigh ankle wrist neck throat belly stomach heel waist eye torso mouth hair ear "
    "nose lap forehead limb breath ponytail pigtail braid plait"
)

GARMENTS = words(
    "shirt t-shirt tshirt tee blouse sweater pullover jumper hoodie jacket coat suit vest "
    "top trousers pants jeans shorts leggings tights skirt dress gown kilt hat cap helmet "
    "beanie shoe shoes boot boots sneaker sneakers sandals uniform outfit robe cloak "
    "clothes clothing tie scarf sock socks glove gloves kimono apron costume bikini "
    "armor armour raincoat tutu leotard cape swimsuit pyjamas pajamas tracksuit sunglasses "
    "turban crown overalls tuxedo"
)

PLACES = words(
    "park kitchen street forest beach room bedroom bathroom gym garden city desert field "
    "office school town village road meadow classroom hall corridor hallway theatre "
    "theater museum shop store supermarket restaurant bar cafe library hospital church "
    "station airport square yard courtyard backyard basement attic warehouse factory "
    "lobby playground stadium court woods jungle mountains farm studio club disco castle "
    "dungeon lawn pavement sidewalk path pitch arena market alley plaza garage parking "
    "ballroom outdoors indoors"
)

GROUND = words("ground floor earth grass")

VAGUE_THINGS = words("something object thing item anything sth")

MATERIALS = {
    "wooden": "wood", "wood": "wood", "metal": "metal", "metallic": "metal", "steel": "steel",
    "iron": "steel", "golden": "gold", "gold": "gold", "stone": "stone", "concrete": "concrete",
    "brick": "brick", "plastic": "plastic", "rubber": "rubber", "leather": "leather",
    "cloth": "cloth", "fabric": "cloth", "paper": "paper", "cardboard": "cardboard",
    "glass": "glass", "ceramic": "ceramic", "porcelain": "ceramic", "marble": "stone",
    "woollen": "cloth", "cotton": "cloth", "silk": "cloth", "wool": "cloth",
}  # fmt: skip
"""Word -> key of `text2sim.catalogue.MATERIALS`."""

SIZES = {
    "tiny": "tiny", "minuscule": "tiny", "small": "small", "little": "small", "mini": "small",
    "medium": "medium", "medium-sized": "medium", "big": "large", "large": "large",
    "huge": "huge", "giant": "huge", "enormous": "huge", "gigantic": "huge", "massive": "huge",
}  # fmt: skip

AGES: dict[str, Age] = dict.fromkeys(words("old elderly aged ancient senior"), "old")
HEIGHTS = {"tall": "tall", "giant": "tall", "big": "tall", "lanky": "tall", "huge": "tall",
           "short": "short", "small": "short", "tiny": "short", "little": "short"}  # fmt: skip
BUILDS = {
    **dict.fromkeys(words("heavy fat overweight obese chubby stout plump large heavyset"), "heavy"),
    **dict.fromkeys(words("slim thin skinny slender lean"), "slim"),
    **dict.fromkeys(words("muscular strong athletic buff sturdy burly"), "muscular"),
}  # fmt: skip
HAIR_WORDS = {"blond": "blond", "blonde": "blond", "bald": "bald", "brunette": "brown",
              "redhead": "red", "dark-haired": "dark", "red-haired": "red", "grey-haired": "grey",
              "gray-haired": "grey", "white-haired": "white", "black-haired": "black",
              "blond-haired": "blond", "blonde-haired": "blond", "fair-haired": "blond",
              "brown-haired": "brown"}  # fmt: skip
HAIRCUT_WORDS = frozenset(("long-haired", "short-haired", "ponytailed"))
"""Adjectives of people that the scene planner knows; 'with long hair' is written as the first."""
TAILS, BARE = words("ponytail pigtail braid plait"), words("bald shaven shaved")

MOTION_NOUNS = words("motion movement gesture move action exercise activity pose stance technique")
"""'a waving motion' is about the waving."""

EMPTY_NOUNS = words(
    "way manner bit direction place position spot side front time course moment distance "
    "order balance pace speed velocity tempo rate fashion style mood half quarter end "
    "start beginning line air rest while part middle point force stop sequence motion "
    "movement row top bottom rain snow wind sun sunshine fog storm moonlight dark "
    "darkness fun all height angle support kind form posture location target response "
    "attempt pattern shape size effort radius diameter weight reason"
)
"""Nouns that never are things; phrases that give them a meaning are spotted before."""

FUNCTION_WORDS = words(
    "a an the this that these those some any each every all both either his her its "
    "their my your our of to at with in on by for from as about into and or but so then "
    "than be is are was were am been being beeing do does did doing have has had having "
    "will would can could may might must shall should there here it he she they them him "
    "i you we me us himself herself itself themselves who which what whose where when if "
    " 's ' also just please very quite rather really too more while it's own let "
    "make that's now one there's such gets get getting another other after "
    "before during until along"
)
"""Words that carry no content of their own: they may stay unplaced without being reported."""

NEGATIONS = words("not n't never no nobody without cannot")
"""Words that turn the meaning round."""

ENGLISH_WORDS = (
    FUNCTION_WORDS
    | NEGATIONS
    | words(
        "up down over under around through across between behind front next back left right "
        "forward forwards backward backwards away off out onto towards toward again once "
        "twice"
    )
)
FOREIGN_WORDS = words(
    "ein eine einen einem einer eines der das den dem des und ist mit auf zu im ins vom "
    "zum zur nach über für nicht er sie es sich geht läuft mann frau treppe hinauf un une "
    "le la les du aux et est dans avec sur sous par pour vers il elle monte homme femme "
    "el los las y con por hacia una hombre mujer del al en que sube camina uno gli della "
    "dello nel nella sul sulla e lo uomo donna cammina um uma os na nas nos com homem "
    "mulher sobe anda até een het de op met naar loopt vrouw som och på ett mand mannen "
    "kvinna jest się po mężczyzna idzie adam yürüyor bir merdiven"
)
"""Frequent words of other languages written in Latin letters; none of them is English."""


def singular(noun: str) -> str:
    """The singular of a noun that the rules know, or a guess by its ending."""
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if (
        noun in PLURAL_THINGS
        or not noun.endswith("s")
        or len(noun) < 3
        or noun.endswith(("ss", "us", "is"))
    ):
        return noun
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    return noun[:-1]
