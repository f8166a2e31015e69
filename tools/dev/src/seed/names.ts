/** Invented shoppers: first and last names by language, with the Latin spelling their e-mail address uses. */
export type NameList = { language: string; first: readonly string[]; last: readonly string[] };

/** `native|latin`, or one spelling for both. */
export const nameLists: readonly NameList[] = [
  {
    language: 'en',
    first: ['Emma', 'Oliver', 'Harriet', 'Noah', 'Imogen', 'Callum', 'Maya', 'Theo'],
    last: ['Whitfield', 'Harding', 'Okafor', 'Pemberton', 'Marsh', 'Sinclair', 'Dawson'],
  },
  {
    language: 'de',
    first: ['Lena', 'Jonas', 'Frieda', 'Matthias', 'Jörg|joerg', 'Käthe|kaethe', 'Anton', 'Greta'],
    last: ['Brandt', 'Köhler|koehler', 'Schäfer|schaefer', 'Vogel', 'Lindner', 'Weiß|weiss', 'Krüger|krueger'],
  },
  {
    language: 'fr',
    first: ['Camille', 'Étienne|etienne', 'Margaux', 'Théo|theo', 'Zoé|zoe', 'Hugo', 'Inès|ines'],
    last: ['Lefèvre|lefevre', 'Moreau', 'Garnier', 'Béranger|beranger', 'Chevalier', "d'Aubigny|daubigny"],
  },
  {
    language: 'es',
    first: ['Lucía|lucia', 'Álvaro|alvaro', 'Inés|ines', 'Mateo', 'Begoña|begona', 'Iker'],
    last: ['Ibáñez|ibanez', 'Navarro', 'Peña|pena', 'Echeverría|echeverria', 'Molina', 'Cárdenas|cardenas'],
  },
  {
    language: 'it',
    first: ['Giulia', 'Lorenzo', 'Niccolò|niccolo', 'Chiara', 'Beatrice', 'Tommaso'],
    last: ['Ferrari', 'Bianchi', 'De Luca|deluca', 'Marchetti', 'Colombo', 'Rinaldi'],
  },
  {
    language: 'nl',
    first: ['Femke', 'Daan', 'Sanne', 'Jeroen', 'Lieke', 'Bram'],
    last: ['van den Berg|vandenberg', 'de Vries|devries', 'Jansen', 'Bakker', 'Visser', 'Hoekstra'],
  },
  {
    language: 'pl',
    first: ['Zofia', 'Paweł|pawel', 'Agnieszka', 'Łukasz|lukasz', 'Małgorzata|malgorzata', 'Jakub'],
    last: ['Wójcik|wojcik', 'Kamińska|kaminska', 'Zieliński|zielinski', 'Szymczak', 'Dąbrowski|dabrowski'],
  },
  {
    language: 'pt',
    first: ['Beatriz', 'João|joao', 'Inês|ines', 'Tiago', 'Conceição|conceicao', 'Rafael'],
    last: ['Gonçalves|goncalves', 'Araújo|araujo', 'Magalhães|magalhaes', 'Teixeira', 'Simões|simoes'],
  },
  {
    language: 'sv',
    first: ['Astrid', 'Björn|bjorn', 'Elsa', 'Måns|mans', 'Signe', 'Åke|ake'],
    last: ['Lindqvist', 'Söderberg|soderberg', 'Ekström|ekstrom', 'Nyberg', 'Hedlund'],
  },
  {
    language: 'tr',
    first: ['Elif', 'Emre', 'Şebnem|sebnem', 'Çağlar|caglar', 'Gülsüm|gulsum', 'Onur'],
    last: ['Yıldız|yildiz', 'Öztürk|ozturk', 'Aydın|aydin', 'Şahin|sahin', 'Kılıç|kilic'],
  },
  {
    language: 'ja',
    first: ['陽菜|hina', '蓮|ren', '結衣|yui', '大翔|hiroto', 'さくら|sakura'],
    last: ['佐藤|sato', '高橋|takahashi', '渡辺|watanabe', '山本|yamamoto', '中村|nakamura'],
  },
  {
    language: 'ar',
    first: ['ليلى|layla', 'يوسف|youssef', 'سلمى|salma', 'كريم|karim', 'نور|nour'],
    last: ['الحداد|alhaddad', 'منصور|mansour', 'الخطيب|alkhatib', 'درويش|darwish'],
  },
  {
    language: 'hi',
    first: ['अनन्या|ananya', 'अर्जुन|arjun', 'प्रिया|priya', 'रोहन|rohan', 'मीरा|meera'],
    last: ['शर्मा|sharma', 'पटेल|patel', 'मेहता|mehta', 'नायर|nair'],
  },
  {
    language: 'el',
    first: ['Ελένη|eleni', 'Νίκος|nikos', 'Μαρία|maria', 'Γιώργος|giorgos'],
    last: ['Παπαδάκης|papadakis', 'Νικολάου|nikolaou', 'Οικονόμου|oikonomou'],
  },
];
