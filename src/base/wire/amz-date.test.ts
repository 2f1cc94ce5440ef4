import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAmzDate, parseAmzDate } from './amz-date.ts';

describe('the time of a signature', () => {
  it('is read as it was written, to the second', () => {
    const years = { min: new Date('0100-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        const second = Math.floor(date.getTime() / 1000) * 1000;
        assert.equal(parseAmzDate(formatAmzDate(date.getTime())), second);
      }),
    );
    assert.equal(formatAmzDate(Date.UTC(2013, 4, 24)), '20130524T000000Z');
  });

  it('has one form, and days and hours that exist', () => {
    const wrong = [
      ...['', '20130524', '20130524T000000', '20130524t000000Z', ' 20130524T000000Z', '2013-05-24T00:00:00Z'],
      ...['20130024T000000Z', '20131324T000000Z', '20130500T000000Z', '20130532T000000Z', '20130431T000000Z'],
      ...['20130229T000000Z', '20130524T240000Z', '20130524T006000Z', '20130524T000060Z', '00500101T000000Z'],
    ];
    for (const text of wrong) assert.equal(parseAmzDate(text), undefined, text);
    assert.equal(parseAmzDate('20120229T235959Z'), Date.UTC(2012, 1, 29, 23, 59, 59));
  });
});
