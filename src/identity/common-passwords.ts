/** The most common passwords that are long enough to be tried at all, from published lists of leaks and camera defaults; lower case. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
!qaz2wsx 00000000 000000000 0000000000 01234567 012345678 0123456789 0987654321 10101010 11111111 111111111
1111111111 11223344 1122334455 112233445566 12121212 121212121 12312312 123123123 123123123a 123321123
12341234 12344321 1234554321 123456123 123456654321 12345678 123456789 1234567890 1234567891 12345678910
123456789a 12345678a 1234567a 1234567q 123456aa 123456ab 123456abc 123456qwe 12345abc 12345qwe 12345qwert
1234@abcd 1234abcd 1234qwer 123654789 123qwe123 123qweasd 123qweasdzxc 12qwaszx 13131313 14725836 147258369
147852369 159753456 15975346 19871987 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx
1qazxsw2 20202020 22222222 31415926 31415927 33333333 44444444 55555555 66666666 69696969 741258963 741852963
77777777 789456123 87654321 88888888 888888888 963852741 987654321 9876543210 99999999 999999999 a1234567
a12345678 a123456789 aa123456 aa12345678 aaaaaaaa aaaaaaaaa ab123456 abababab abc123123 abc12345 abc123456
abc123abc abc@1234 abcd1234 abcd12345 abcd@123 abcd@1234 abcdef123 abcdefg1 abcdefgh abcdefghi access123
access14 admin123 admin1234 admin12345 admin123456 admin2020 admin2021 admin2022 admin2023 admin2024 admin2025
admin@123 admin@1234 admin_password adminadmin administrator adminpass adminpassword alexande alexander
alexandra arsenal1 asd123asd asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl asdfjkl; asshole1 autumn2023
autumn2024 axis1234 azerty123 azertyuiop babygirl babygirl1 barcelona baseball baseball1 basketball batman123
beautiful benjamin bienvenue blahblah blessed1 blink182 bonjour1 brittany brooklyn bullshit butterfly
butterfly1 camera123 camera1234 camera12345 cameracamera catherine change-me changeme changeme1 changeme123
changethis charlie1 charlie123 chelsea1 cheyenne chocolate chocolate1 christian christine christopher cisco123
cisco1234 computer computer1 contrasena contraseña corvette cowboys1 dahua123 dahua1234 danielle danielle1
december default1 defaultpassword demo1234 demodemo diamond1 diamonds dragon12 dragon123 elephant elizabeth
estrella estrella1 february football football1 foscam123 freedom1 fuckyou1 fuckyou123 fuckyou2 fussball
gangster garfield gateway1 geheim123 godislove godzilla goldfish guest123 guest1234 hallo123 handsome hardcore
hello123 hello1234 hello12345 hellohello hellokitty helloworld hik12345 hikvision hikvision1 hotstuff icecream
icecream1 ilovegod iloveme1 iloveyou iloveyou! iloveyou1 iloveyou12 iloveyou123 iloveyou2 india123 india@123
internet internet1 ipcam123 ipcamera ipcamera1 isabella italia90 jennifer jennifer1 jessica1 jesus123 jesus777
jesuschrist jonathan jordan123 jordan23 juventus katherine kristina lakers24 lalalala lasvegas letmein!
letmein1 letmein12 letmein123 letmeinnow liverpool liverpool1 lollipop lovebug1 lovelove loveyou1 lucky123
madison1 manager1 manchester margaret marino13 marlboro master12 master123 matrix123 maverick mercedes
metallica michael1 michelle michelle1 mickey12 midnight minecraft minecraft1 monkey12 monkey123 motdepasse
mountain mustang1 mypassword naruto123 ncc1701d ncc1701e newyork1 nicholas nirvana1 nothing1 november onvif123
openopen opensesame openwrt1 operator operator1 orange12 overlord p4ssw0rd p4ssword p@$$w0rd p@ssw0rd
p@ssw0rd1 p@ssw0rd12 p@ssw0rd123 p@ssword p@ssword1 p@ssword123 pa$$w0rd pa$$word pa$$word1 pa55word packers1
panthers pass1234 pass12345 pass@123 pass@1234 pass@word1 passpass passport passw0rd passw0rd1 passw0rd123
passwd123 password password! password#1 password01 password1 password1! password12 password123 password123!
password1234 password2 password3 password@1 password@123 passwort passwort1 passwort123 patricia peaches1
pineapple playboy1 pokemon1 pokemon123 porsche1 presario princesa princess princess1 q1w2e3r4 q1w2e3r4t5
qaz12345 qazwsx123 qazwsxed qazwsxedc qwaszx12 qweasdzxc qweqweqwe qwer1234 qwerqwer qwert123 qwert12345
qwerty01 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty789 qwerty@123 qwertyqwerty qwertyui
qwertyuiop qwertz123 raiders1 rainbow1 ranger12 rasdzv12 raspberry raspberry1 raspberrypi realmadrid redskins
remember renegade reolink1 reolink123 rockstar rockstar1 ronaldo7 root1234 root12345 rootpass rootroot
rotordream rotordream1 rotordream123 runescape samantha samantha1 samsung1 samsung123 sandwich savannah
scarface schatz123 scorpio1 scorpion sebastian secret12 secret123 secret1234 security security1 security123
september server12 server123 service1 shadow12 shadow123 shopping simpsons skywalker slayer12 slipknot
snickers snoopy12 snowball softball somebody sonnenschein spartan1 spiderman spitfire spring2023 spring2024
spring2025 stargate startrek startrek1 starwars starwars1 steelers stephanie stephen1 summer12 summer123
summer2020 summer2021 summer2022 summer2023 summer2024 summer2025 sunshine sunshine1 superman superman1
supersecret superstar superuser support1 support123 surveillance sweetheart sweetie1 swordfish symphony
system123 tarheels teamoteamo tequiero terminator terrapin test1234 test12345 test123456 test@123 test@1234
tester123 testicle testing1 testing123 testpass testtest thunder1 thx1138a tigger12 tinkerbell toor1234
topsecret tottenham trinity1 trustno1 ubnt1234 ultimate undertaker user1234 user12345 username userpass
valentine vendetta veronica victoria victoria1 videocam viewer123 warcraft warcraft1 warrior1 webcam123
welcome! welcome1 welcome12 welcome123 welcome1234 welcome2 welcome@123 westside whatever whatever1 william1
williams willkommen willkommen1 winston1 winter123 winter2020 winter2021 winter2022 winter2023 winter2024
winter2025 wolfgang wordpass wrestling yamaha12 yankees1 yellow12 zachary1 zaq12wsx zaq1xsw2 zaq1zaq1 zxcvbnm,
zxcvbnm1 zxcvbnm123
`
    .trim()
    .split(/\s+/),
);
