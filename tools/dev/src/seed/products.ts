/** What the demo shop sells: an invented coffee roaster. One of them is a gift card, which earns nothing. */
export const seedProducts = [
  { title: 'House Espresso, 500 g', price: '14.90', tags: ['coffee'], collections: ['Coffee'] },
  { title: 'Single Origin Filter, 250 g', price: '11.50', tags: ['coffee'], collections: ['Coffee'] },
  { title: 'Decaf, 500 g', price: '15.40', tags: ['coffee'], collections: ['Coffee'] },
  { title: 'Ceramic Pour-Over Set', price: '42.00', tags: ['equipment'], collections: ['Equipment'] },
  { title: 'Hand Grinder', price: '89.00', tags: ['equipment'], collections: ['Equipment'] },
  { title: 'Milk Jug, 350 ml', price: '24.00', tags: ['equipment'], collections: ['Equipment'] },
  { title: 'Enamel Mug', price: '16.00', tags: ['gifts'], collections: ['Gifts'] },
  { title: 'Gift Card', price: '25.00', giftCard: true, tags: ['gifts'], collections: ['Gifts'] },
];
