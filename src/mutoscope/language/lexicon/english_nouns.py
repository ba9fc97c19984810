"""English names for things in photos, and the words that stand before them."""

from mutoscope.language.lexicon.listing import by_commas

PEOPLE = by_commas(
    "man,woman,boy,girl,child,baby,person,lady,gentleman,old man,old woman,young woman,young man,king,queen,prince,"
    "princess,bride,groom,dancer,singer,doctor,nurse,teacher,student,farmer,fisherman,soldier,knight,astronaut,pilot,"
    "chef,cook,waiter,musician,painter,surfer,skier,cyclist,runner,swimmer,diver,climber,clown,pirate,monk,mother,"
    "father,sister,brother,grandmother,grandfather,friend,model,worker,firefighter,policeman,sailor,wizard,witch,"
    "toddler,couple,player"
)
ANIMALS = by_commas(
    "cat,dog,kitten,puppy,horse,cow,sheep,goat,pig,rabbit,hare,mouse,rat,hamster,squirrel,fox,wolf,bear,polar bear,"
    "panda,koala,lion,tiger,leopard,elephant,giraffe,zebra,rhino,hippo,camel,deer,moose,monkey,gorilla,kangaroo,"
    "hedgehog,otter,seal,whale,dolphin,shark,fish,goldfish,octopus,jellyfish,crab,turtle,tortoise,frog,snake,lizard,"
    "crocodile,dragon,dinosaur,bird,eagle,hawk,owl,parrot,pigeon,sparrow,seagull,swan,duck,goose,chicken,rooster,"
    "penguin,flamingo,peacock,butterfly,bee,ladybug,dragonfly,spider,ant,snail,bat,unicorn,pony,donkey,llama,alpaca,"
    "robin"
)
THINGS = by_commas(
    # vehicles
    "car,truck,bus,taxi,van,train,tram,bicycle,bike,motorcycle,scooter,tractor,boat,sailboat,ship,ferry,canoe,kayak,"
    "raft,yacht,submarine,plane,airplane,helicopter,drone,rocket,spaceship,hot air balloon,balloon,airship,kite,"
    "parachute,skateboard,sled,wagon,cart,ambulance,fire engine,race car,jeep,ufo,"
    # toys and sport
    "ball,beach ball,football,basketball,tennis ball,toy,doll,teddy bear,robot,puppet,cube,block,marble,frisbee,dice,"
    "wheel,"
    # food
    "apple,banana,pear,peach,lemon,orange,cherry,strawberry,grape,melon,watermelon,pineapple,mango,tomato,potato,"
    "carrot,onion,pumpkin,mushroom,pepper,egg,bread,cake,cupcake,cookie,donut,pizza,burger,sandwich,ice cream,candy,"
    "cheese,sushi,soup,salad,pancake,chocolate,bowl of fruit,cup of coffee,cup of tea,glass of water,"
    # plants
    "flower,rose,tulip,sunflower,daisy,lily,lotus,tree,palm tree,pine tree,bush,cactus,leaf,branch,grass,bamboo,plant,"
    "houseplant,bouquet,feather,dandelion,petal,"
    # objects
    "cup,mug,glass,bottle,bowl,plate,vase,teapot,pot,spoon,fork,knife,table,chair,sofa,bed,lamp,lantern,candle,clock,"
    "mirror,picture frame,book,newspaper,letter,envelope,box,gift,present,bag,backpack,basket,suitcase,umbrella,hat,"
    "cap,crown,shoe,boot,sock,dress,shirt,coat,scarf,glove,ring,necklace,phone,laptop,computer,keyboard,television,"
    "radio,guitar,piano,violin,drum,trumpet,key,coin,bell,pen,pencil,brush,hammer,ladder,rope,bucket,broom,pillow,"
    "blanket,carpet,curtain,flag,banner,sign,mask,statue,sculpture,bust,trophy,medal,globe,telescope,microscope,skull,"
    "anchor,barrel,bench,fountain,paper boat,paper plane,snowman,scarecrow,lighthouse,windmill,"
    # places and buildings that can be subjects
    "house,hut,tent,cabin,castle,tower,church,temple,pagoda,bridge,skyscraper,building,stone,boulder,iceberg,island,"
    # sky
    "cloud,sun,moon,star,planet,comet,meteor,rainbow,bubble,soap bubble,snowflake,raindrop,satellite,asteroid,flame,"
    # parts of nature and of people
    "waterfall,river,sea,water,mountain,hill,volcano,forest,face,hair,door,window,lake,field,road"
)
PLURALS = by_commas(
    "people,children,men,women,kids,birds,fish,cats,dogs,horses,ducks,geese,butterflies,bees,boats,ships,cars,planes,"
    "balloons,kites,flowers,roses,leaves,trees,clouds,stars,bubbles,apples,cherries,balls,lanterns,feathers,petals,"
    "flags,penguins,sheep,dolphins,snowflakes,candles,books,shoes,two cats,two dogs,two boys,some birds"
)
GENERIC = by_commas(
    "subject,subject,subject,main subject,object,main object,thing,figure,item,foreground,foreground object,"
    "whole subject"
)
ADJECTIVES = by_commas(
    "red,blue,green,yellow,orange,purple,pink,white,black,brown,grey,gray,golden,silver,colorful,bright,dark,pale,"
    "little,small,big,large,tiny,huge,tall,short,round,old,young,new,ancient,wooden,stone,metal,glass,paper,plastic,"
    "beautiful,pretty,cute,lovely,happy,sad,sleepy,lonely,single,striped,shiny,fluffy,furry,wild,toy"
)
PLACES = by_commas(
    "on the lake,on a lake,in the sky,in the garden,in a field,in the park,on the beach,at the beach,on the table,"
    "on a table,in the forest,in the snow,in the water,on the grass,on the street,in the city,by the river,"
    "in the mountains,at sunset,at night,in the desert,on the sea,in the rain,under a tree,in front of a house,"
    "near the window,in the morning"
)
BACKGROUND = ("background", "sky", "scene", "landscape")
STYLE_WORDS = (
    "cinematic", "high quality", "photorealistic", "smooth motion", "realistic", "soft light", "beautiful lighting",
    "film style",
    "golden light", "warm light",
)  # fmt: skip
# Where in the picture something is, and which way it faces: said of what is meant, not of how it moves.
WHERE = by_commas(
    "on the left,on the right,on the left side,on the right side,at the side,in the middle,in the center,in the corner,"
    "in the top corner,in the lower corner,near the edge,at the edge of the table,at the top,at the bottom,"
    "in the upper part of the picture,in the lower part,in the front,in front,in the back,over there,facing the window,"
    "facing the sea,with its back to the wall,between the trees"
)
